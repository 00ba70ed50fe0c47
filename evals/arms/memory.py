"""The most memory that one arm used, though all arms run in one process."""

from pathlib import Path

_RESET = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


def forget_peak() -> None:
    """Count anew from what is resident now, where the system (Linux) can."""
    try:
        _RESET.write_text("5", encoding="ascii")
    except OSError:
        return


def peak_mb() -> float | None:
    """The most that was resident since, in MB (1,000,000 bytes); None where the system doesn't say.

    Memory of a GPU, of a server or of other processes is not in it.
    """
    try:
        lines = _STATUS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM:")), None)
