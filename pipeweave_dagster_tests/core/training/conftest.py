"""Fits of these tests share the cores with other tests, so their threads must not spin."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
