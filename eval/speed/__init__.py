"""How fast a checkpoint reads, where the time goes, and how much memory it takes: `python -m eval.speed IMAGE...`"""
