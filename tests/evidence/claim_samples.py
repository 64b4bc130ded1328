"""Small claims and levels of accuracy to hold them against."""

from pathlib import Path

from benchmarks.evidence.claims.files import parse_claim, read_claim
from benchmarks.evidence.claims.verdicts import judge
from benchmarks.evidence.results import results_frame

FOLDER = Path(__file__).parents[2] / "conf" / "claim"
HIGH, LOW = [0.95, 0.96, 0.94, 0.955, 0.945], [0.85, 0.87, 0.84, 0.86, 0.83]
PERFECT = [0.997, 0.998, 0.996, 0.999, 0.997]


def claim_with(*parts, **changes):
    return parse_claim(
        {
            "id": "small",
            "sentence": "One is better.",
            "source": {
                "author": "A. Nobody",
                "title": "None",
                "where": "nowhere",
                "date": "2000",
                "confirmed": "read",
            },
            "benchmarks": ["debate"],
            "datasets": ["mnist01", "digits01"],
            "parts": [{"id": "part", "says": "...", "deciding": True} | part for part in parts],
            "rule": "the interval",
        }
        | changes
    )


def shipped(name):
    return read_claim(FOLDER / f"{name}.yaml")


def judged(claim, records):
    return judge(claim, results_frame(records), "debate")


def part_of(verdict, name):
    return next(part for part in verdict["parts"] if part["id"] == name)


def behind(rows):
    """The net is behind at both ends of the small sizes."""
    return [
        record
        for size in (10, 40)
        for record in rows("leekasso", size, HIGH) + rows("leek_net", size, LOW)
    ]


def with_loss(records, loss, protocol="default"):
    return [
        record
        | {"key": f"{record['key']} {loss} {protocol}"}
        | {"config": record["config"] | {"loss": {"name": loss}, "protocol": {"name": protocol}}}
        for record in records
    ]
