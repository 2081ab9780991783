"""The words of the platform: errors, assets, audio, capabilities and the context they run in."""
