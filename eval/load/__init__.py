"""A server of ours under load: good requests, broken ones, slow clients and clients that leave, all at once."""
