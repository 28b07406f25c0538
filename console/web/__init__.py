"""The pages, what they ask for, and the websocket that keeps a lane's page up to date."""
