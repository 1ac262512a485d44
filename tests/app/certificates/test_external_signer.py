"""A signer of the operator's: what it gets, what it may not do, and how long it may take."""

import sys
import time

import pytest

from app.certificates.external_signer import MOST_OUTPUT, run_signer
from app.errors import SigningFailed


def run(program: str, csr: str = "the CSR", seconds: float = 10) -> str:
    return run_signer((sys.executable, "-S", "-c", program), csr, seconds)


def test_it_gets_the_csr_and_what_it_prints_is_the_answer() -> None:
    assert run("import sys; print(sys.stdin.read().upper(), end='')") == "THE CSR"


def test_it_need_not_read_the_csr() -> None:
    assert run("import sys; sys.stdin.close(); print('done', end='')", csr="x" * 5500) == "done"


def test_it_is_run_without_a_shell(tmp_path_factory: pytest.TempPathFactory) -> None:
    canary = tmp_path_factory.mktemp("canary") / "it"
    assert run_signer(("/bin/echo", f"$(touch {canary}); touch {canary}"), "", 10).startswith("$(touch")
    assert not canary.exists()


def test_it_does_not_see_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROOT_PASSWORD", "a secret of ours")
    monkeypatch.setenv("mongodb_uri", "mongodb://user:password@db")
    monkeypatch.setenv("STEP_CA_URL", "https://ca.example.org")
    seen = run("import os; print(dict(os.environ))")
    assert "a secret" not in seen
    assert "mongodb" not in seen
    assert "https://ca.example.org" in seen


def test_a_failure_is_told_with_the_end_of_what_it_complains() -> None:
    with pytest.raises(SigningFailed, match="ended with status 3: '.*no such profile'") as caught:
        run("import sys; sys.stderr.write('x' * 5000 + 'no such profile\\n'); sys.exit(3)")
    assert len(str(caught.value)) < 300


def test_what_cannot_be_run_is_told() -> None:
    with pytest.raises(SigningFailed, match="cannot be run: no such file or directory"):
        run_signer(("/nowhere/signer",), "", 1)


@pytest.mark.parametrize(
    "program",
    [
        "import time; time.sleep(30)",
        "import os, time; os.close(1); os.close(2); time.sleep(30)",
        "import subprocess; subprocess.Popen(['sleep', '30'])",
    ],
    ids=["silent", "hung up", "left a child behind"],
)
def test_one_that_takes_too_long_is_killed(program: str) -> None:
    began = time.monotonic()
    with pytest.raises(SigningFailed, match="did not end in time"):
        run(program, seconds=0.3)
    assert time.monotonic() - began < 3


def test_one_that_prints_without_end_is_killed() -> None:
    with pytest.raises(SigningFailed, match=f"more than {MOST_OUTPUT} bytes"):
        run("while True: print('x' * 1000)")
