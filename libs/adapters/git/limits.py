"""How much a repository may ask of us. Everything in it is written by others."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GitLimits:
    """Bounds of one mirror; a repository beyond them is refused with a sentence."""

    entries_max: int = 200_000
    """Files and directories of one commit."""
    depth_max: int = 64
    """Directories in each other."""
    path_bytes_max: int = 4_096
    """Length of one path."""
    pack_bytes_max: int = 2_000_000_000
    """Bytes received by one fetch."""
    pack_objects_max: int = 5_000_000
    """Objects received by one fetch."""
    cached_entries_max: int = 400_000
    """Entries of already read directories that are kept in memory."""
    server_timeout_s: float = 10.0
    """Longest silence of a remote, and longest wait for its connection."""
    fetch_timeout_s: float = 300.0
    """Longest duration of one fetch in which data keeps arriving."""
    packs_max: int = 50
    """Packs (a fetch makes one) that may lie around before the smallest are joined into one."""
    joined_pack_bytes_max: int = 67_108_864
    """A pack above this size is never joined with others."""


DEFAULT_LIMITS = GitLimits()
