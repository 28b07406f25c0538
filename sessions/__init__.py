"""Sessions: their files, the recorder that writes them, the store of all of them, reports and exports."""
