"""Says what a feature means: one small function per feature, and the registry that everything else reads."""
