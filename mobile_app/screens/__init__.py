"""What the crew sees: each screen shows a view and passes presses on."""
