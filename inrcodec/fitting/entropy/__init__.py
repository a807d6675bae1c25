"""Entropy models while they are fitted: bits of latents, with gradients. One file = one model."""
