import subprocess
import sys

import pytest


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is only niceness")
def test_who_gives_way_runs_when_nothing_else_does_and_so_does_what_it_starts():
    starts = "import os, subprocess, sys; from docqa.processes.priority import give_way; give_way(); "
    starts += "subprocess.run([sys.executable, '-c', 'import os; print(os.sched_getscheduler(0) == os.SCHED_IDLE)'])"
    assert subprocess.run([sys.executable, "-c", starts], capture_output=True, text=True).stdout == "True\n"
