"""The Model Context Protocol: tools over the session for other agents. Contains no logic of the product.

The library `mcp` (`fretsaw[mcp]`) is imported in this package only.
"""
