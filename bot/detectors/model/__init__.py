"""The model of sentiment and intents: weights in one file, evaluated with numpy alone; see `docs/model-card.md`."""
