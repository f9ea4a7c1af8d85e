"""What one run of the program may use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunLimits:
    """Bounds of one run. Address space is what the program may map, of which it uses a part."""

    wall_s_max: float = 20.0
    cpu_s_max: int = 20
    address_space_bytes_max: int = 4 * 1024**3
    heap_bytes_goal: int = 512 * 1024**2
    output_bytes_max: int = 8 * 1024**2
    input_bytes_max: int = 32 * 1024**2
    open_files_max: int = 256
