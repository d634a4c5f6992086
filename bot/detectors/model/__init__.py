"""The model that hears: weights in one file, read with numpy alone. Its model card: `docs/model-card.md`."""
