"""The most memory that one arm used, though all arms run in one process."""

from pathlib import Path

_RESET = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


def forget_peak() -> bool:
    """Count anew from what is resident now; False where the system can't, so that a peak is the process's own."""
    try:
        _RESET.write_text("5", encoding="ascii")
    except OSError:
        return False
    resident, peak = _memory_mb("VmRSS"), _memory_mb("VmHWM")
    return resident is not None and peak is not None and peak - resident < _SLACK_MB


def peak_mb() -> float | None:
    """The most that was resident since, in MB (1,000,000 bytes); None where the system doesn't say.

    Memory of a GPU, of a server or of other processes is not in it.
    """
    return _memory_mb("VmHWM")


# Some systems take the order to forget without carrying it out; other threads may give back this much in between.
_SLACK_MB = 50.0


def _memory_mb(name: str) -> float | None:
    try:
        lines = _STATUS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(f"{name}:")), None)
