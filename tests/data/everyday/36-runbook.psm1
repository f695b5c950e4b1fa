function Set-VmIdentity {
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [string] $ResourceId,

        [ValidateSet('SystemAssigned', 'None')]
        [string] $Type = 'SystemAssigned'
    )
    process {
        if (-not $PSCmdlet.ShouldProcess($ResourceId)) { return }
        $body = @{ identity = @{ type = $Type } } | ConvertTo-Json -Compress
        $answer = Invoke-AzRestMethod -Method PATCH -Path "$($ResourceId)?api-version=2023-07-01" -Payload $body
        Write-Verbose "Answer: $($answer.StatusCode)"
    }
}

function Remove-UserIdentity($Vm, $Uami) {
    $identity = @{
        type = 'UserAssigned'
        userAssignedIdentities = @{ $Uami = $null }
    }
    $request = @{ identity = $identity }
    $uri = 'https://management.azure.com/subscriptions/{0}/resourceGroups/{1}/providers/Microsoft.Compute/virtualMachines/{2}?api-version=2023-07-01' -f $Vm.Sub, $Vm.Rg, $Vm.Name
    Invoke-RestMethod -Method PATCH -Uri $uri -Headers $script:Headers -ContentType 'application/json' -Body ($request | ConvertTo-Json -Depth 4)
}
Export-ModuleMember -Function Set-VmIdentity, Remove-UserIdentity
