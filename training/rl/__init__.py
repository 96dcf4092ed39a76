"""Reinforcement learning: rewards over parsed output, and what trains on them."""
