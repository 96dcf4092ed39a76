"""Serving: what stands around vLLM's OpenAI server."""
