"""The panel of the demo: shows the state behind the workspace, and runs actions on it."""
