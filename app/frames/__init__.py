"""Every OCPP frame, kept for some days."""
