"""Trade between the two countries by month, against two counterfactuals."""
