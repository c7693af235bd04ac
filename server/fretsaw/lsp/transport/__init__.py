"""Bytes to JSON-RPC messages and back, and the flags of `agent lsp`."""
