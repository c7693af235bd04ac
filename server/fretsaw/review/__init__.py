"""A proposal under review, as every shell needs it: states, places in edited text, tree rows. No protocol, no I/O."""
