$ErrorActionPreference = 'Stop'
function Say([string] $Key, [string] $Value) { Write-Output "closednet: $Key=$Value" }

$agent = Join-Path $env:ProgramFiles 'Amazon\SSM\amazon-ssm-agent.exe'
$registration = Join-Path $env:ProgramData 'Amazon\SSM\InstanceData\registration'

$installed = ''
if (Test-Path $agent) { $installed = (Get-Item $agent).VersionInfo.ProductVersion }
if ($installed -and ([version] $installed -ge [version] $Minimum)) {
    Say 'unchanged' "amazon-ssm-agent $installed is installed"
} else {
    $work = Join-Path $env:TEMP ('closednet-' + [guid]::NewGuid())
    New-Item -ItemType Directory $work | Out-Null
    $setup = Join-Path $work 'AmazonSSMAgentSetup.exe'
    [Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12
    if ($Url -like 'file://*') {
        Copy-Item ([uri] $Url).LocalPath $setup
    } else {
        Invoke-WebRequest -UseBasicParsing -Uri $Url -OutFile $setup
    }
    $signature = Get-AuthenticodeSignature $setup
    if ($signature.Status -ne 'Valid' -or
        $signature.SignerCertificate.Subject -notmatch 'O="?Amazon') {
        throw "the package's signature is not good: $($signature.Status)"
    }
    Say 'signature' $signature.SignerCertificate.Thumbprint
    Start-Process $setup -ArgumentList '/q' -Wait
    Remove-Item -Recurse -Force $work
}

Stop-Service AmazonSSMAgent -ErrorAction SilentlyContinue
$known = ''
if (Test-Path $registration) {
    $known = (Get-Content $registration | ConvertFrom-Json).ManagedInstanceID
}
if ($known) {
    Say 'unchanged' "is registered as $known"
} else {
    $typed = Read-Host -AsSecureString 'Activation code (is not shown)'
    $code = (New-Object Net.NetworkCredential('', $typed)).Password
    & $agent -register -y -code $code -id $ActivationId -region $Region
    if ($LASTEXITCODE -ne 0) { throw 'registration was refused' }
    Remove-Variable code, typed
    $known = (Get-Content $registration | ConvertFrom-Json).ManagedInstanceID
}
Set-Service AmazonSSMAgent -StartupType Automatic
Start-Service AmazonSSMAgent
Say 'node_id' $known
