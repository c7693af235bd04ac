"""Issues and pull requests on GitHub, GitLab and Gitea. The only package that talks to these hosts.

A host comes from what a person typed or from `origin`, never from a text; everything that a host answers is a
stranger's text.
"""
