"""The state of the server: the client's abilities, documents, workspace, jobs, settings."""
