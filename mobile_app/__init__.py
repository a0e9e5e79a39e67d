"""The crew's tablet: an outbox of presses, a copy of the job cards, and a fold of the two (docs/tablet.md)."""
