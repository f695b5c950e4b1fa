az rest --method patch --url "/subscriptions/$env:SUBSCRIPTION_ID/resourceGroups/web/providers/Microsoft.Compute/virtualMachines/web-1?api-version=2018-06-01" --body "{"identity":{"type":"None"}}"
