"""Tests in which real git, real Envoys and the services' own processes meet."""
