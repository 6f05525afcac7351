"""China's controls on rare earths and the tonnes that left the country."""
