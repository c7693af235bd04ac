"""Reporters that are loaded into a check's test runners from outside the tree; each runner's own language, no Fretsaw.

`channel.py` on this side hears what they say. Python: `sitecustomize.py` by PYTHONPATH. Node.js: `node_reporter.cjs` by
NODE_OPTIONS. Perl: `FretsawReporter.pm` by PERL5OPT.
"""
