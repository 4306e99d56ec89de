//! Endpoints as supervised processes on this machine.
