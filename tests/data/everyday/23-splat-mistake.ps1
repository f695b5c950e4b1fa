$restParams = @{
  Uri     = "https://management.azure.com/subscriptions/$($ctx.Subscription.Id)/resourceGroups/$rg/providers/Microsoft.Compute/virtualMachineScaleSets/$($name)?api-version=2021-11-01"
  Method  = 'Put'
  Headers = @{ Authorization = "Bearer $token"; 'Content-Type' = 'application/json' }
  Body    = (@{
      location = 'westeurope'
      sku      = @{ name = 'Standard_DS1_v2'; capacity = '3' }
      identity = @{ type = 'SystemAssigned' }
      properties = @{
        upgradePolicy = @{ mode = 'Manual' }
      }
  } | ConvertTo-Json -Depth 5)
}
Invoke-RestMethod @restParams
