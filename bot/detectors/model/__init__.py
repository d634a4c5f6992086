"""The model that hears: weights in one file, read with numpy alone. What it is made of: `card.md`."""
