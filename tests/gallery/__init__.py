"""Every page of the portal in each of its states, as data; test_gallery.py sees that none lacks."""
