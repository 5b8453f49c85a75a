"""What follows from a notice: accounting, enforcement, reports, and the way back."""
