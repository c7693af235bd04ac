"""The Agent Client Protocol: a shell over the session for editors that show agents. Contains no logic of the product.

The library `acp` (`fretsaw[acp]`) is imported in this package only.
"""
