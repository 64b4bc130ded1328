# scarce in a container, for processors and NVIDIA GPUs:
#
#   docker build --tag scarce .
#   docker run --rm -v scarce-cache:/cache -v scarce-runs:/opt/scarce/results/runs \
#       scarce run benchmark=quickstart
#
# With GPUs add `--gpus all` and trainer=gpu: PyTorch's packages bring CUDA's libraries, and NVIDIA's
# container toolkit the driver. A cell on several devices (trainer=ddp) needs `--shm-size 1g`. Own
# data go to /data (`-v FOLDER:/data:ro`); a bound folder for results must be writable for user 1000.
#
# BASE is any Debian or Ubuntu image with Python 3.11 to 3.13, its own or packaged, such as
# nvidia/cuda:13.0.2-runtime-ubuntu24.04 where a cluster asks for NVIDIA's.
ARG BASE=python:3.11.14-slim-bookworm
FROM ${BASE}

ARG EXTRAS=training,lite,albumentations,slurm,ray,trackers
ENV DEBIAN_FRONTEND=noninteractive \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PYTHONDONTWRITEBYTECODE=1

# git tells each record its commit; a base without Python gets that of its distribution.
# No versions: Debian keeps none but the newest.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && { command -v python3 || apt-get install --yes --no-install-recommends python3 python3-venv; } \
    && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory /opt/scarce

# The packages first: they change less often than the code.
WORKDIR /opt/scarce
COPY pyproject.toml constraints.txt README.md LICENSE ./
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --constraint constraints.txt --editable ".[${EXTRAS}]"
COPY . .

RUN useradd --create-home --uid 1000 --non-unique scarce \
    && mkdir -p /data /cache results/runs \
    && chown scarce:scarce /cache results/runs
ENV PATH=/opt/venv/bin:${PATH} \
    SCARCE_DATA=/data \
    SCARCE_CACHE=/cache \
    MPLCONFIGDIR=/cache/matplotlib
VOLUME ["/data", "/cache", "/opt/scarce/results/runs"]
USER 1000
ENTRYPOINT ["scarce"]
CMD ["--help"]
