"""`make audit`: a finding fails, a missing network does not, and neither is mistaken for the other.

In the place of the tool stands a program that prints what pip-audit 2.10 prints.
"""

from __future__ import annotations

import json
import sys

import pytest

from tests import audit

SOUND = {"name": "numpy", "version": "2.5.3", "vulns": []}
UNKNOWN = {"name": "torch", "skip_reason": "Dependency not found on PyPI: torch (2.14.1)"}
WEAK = {
    "name": "pillow",
    "version": "10.0.0",
    "vulns": [{"id": "PYSEC-2023-227", "fix_versions": ["10.0.1"], "aliases": []}],
}
PROGRAM = """
import json, sys
service = sys.argv[sys.argv.index("--vulnerability-service") + 1]
answer = json.loads({answers!r})[service]
if isinstance(answer, str):
    sys.exit(answer)
print(json.dumps({{"dependencies": answer, "fixes": []}}))
sys.exit(1 if any(each.get("vulns") for each in answer) else 0)
"""


@pytest.fixture
def audited(tmp_path, capsys):
    """`audited(pypi=..., osv=...)`: exit code and output; a text is what the tool fails with."""

    def run(**answers):
        program = tmp_path / "tool.py"
        program.write_text(PROGRAM.format(answers=json.dumps(answers)))
        code = audit.main([sys.executable, str(program)])
        return code, capsys.readouterr().out

    return run


def test_a_finding_fails_and_is_named_with_its_remedy(audited):
    code, out = audited(pypi=[SOUND, WEAK, UNKNOWN])
    assert code == 1
    assert "pillow 10.0.0: PYSEC-2023-227, mended in 10.0.1" in out
    assert "vulnerabilities: 1; packages: 2; packages that the advisories do not know: 1" in out


def test_packages_without_findings_pass(audited):
    code, out = audited(pypi=[SOUND])
    assert (code, out) == (0, "audit: known vulnerabilities: 0; packages: 1\n")


@pytest.mark.parametrize("pypi", ["requests.exceptions.ConnectionError: no route", [UNKNOWN]])
def test_where_one_service_knows_nothing_the_other_is_asked(audited, pypi):
    assert audited(pypi=pypi, osv=[WEAK])[0] == 1


def test_without_advisories_nothing_fails_and_one_line_says_so(audited):
    lost = "requests.exceptions.ConnectionError: Failed to resolve 'api.osv.dev'"
    code, out = audited(pypi=[UNKNOWN], osv=lost)
    assert code == 0
    assert out == "audit: no advisory data can be reached; nothing was audited\n"


def test_a_tool_that_fails_for_another_reason_is_no_pass(audited):
    with pytest.raises(SystemExit, match="pip-audit failed: ERROR: no such file"):
        audited(pypi="Usage\nERROR: no such file")


def test_the_pins_are_what_is_audited():
    assert audit.PINS.name == "constraints.txt"
    assert audit.PINS.is_file()
