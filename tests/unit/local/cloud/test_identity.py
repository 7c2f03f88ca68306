import os
import subprocess
import sys

from local.cloud.identity import started_at


def test_a_living_process_has_one_start_time() -> None:
    first = started_at(os.getpid())

    assert first is not None
    assert started_at(os.getpid()) == first


def test_two_processes_are_told_apart_or_have_other_numbers() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert started_at(child.pid) is not None
        child.communicate(b"\n")
        ended = child.pid

    assert started_at(ended) is None


def test_a_process_that_ended_but_was_not_reaped_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    assert started_at(child.pid) is None
    child.wait()


def test_no_process_has_number_zero() -> None:
    assert started_at(0) is None
