"""One file per group of requests; each handler takes the server and the request's parameters."""
