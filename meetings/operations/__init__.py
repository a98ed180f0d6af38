"""What keeps an installation running: backups, verification, figures, a doctor."""
