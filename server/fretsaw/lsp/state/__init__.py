"""What the server knows: the client's abilities, documents, workspace, jobs, settings."""
