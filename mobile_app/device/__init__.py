"""GPS, camera, bell and battery: Android's, or their stand-ins on a desktop."""
