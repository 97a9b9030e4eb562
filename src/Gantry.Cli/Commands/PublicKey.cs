namespace Gantry.Cli.Commands;

/// <summary>Reads an SSH public key, and never sends a private one.</summary>
internal static class PublicKey
{
    private static readonly string[] Usual = ["id_ed25519.pub", "id_ecdsa.pub", "id_rsa.pub"];

    public static string Read(Shell shell, string? file)
    {
        var content = file == "-" ? new StreamReader(shell.RawIn).ReadToEnd() : File.ReadAllText(Find(shell, file));
        if (content.Contains("PRIVATE KEY", StringComparison.Ordinal))
            throw new CliError(ExitCode.BadInput, $"{file} is a private key; it must stay with you.", $"Give the public one: {file}.pub");
        var key = content.Trim();
        return key.Contains('\n') || key.Split(' ').Length < 2
            ? throw new CliError(ExitCode.BadInput, $"{file ?? "stdin"} does not hold one SSH public key.", "It looks like: ssh-ed25519 AAAAC3… you@laptop")
            : key;
    }

    private static string Find(Shell shell, string? file)
    {
        var home = shell.Variable("HOME") ?? "/";
        if (file is null)
            return Usual.Select(name => Path.Combine(home, ".ssh", name)).FirstOrDefault(File.Exists)
                ?? throw new CliError(ExitCode.BadInput, "You have no SSH public key in ~/.ssh.", "Make one: ssh-keygen -t ed25519");
        var path = Path.Combine(shell.WorkingDirectory, file.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(home, file[2..]) : file);
        return File.Exists(path) ? path : throw new CliError(ExitCode.BadInput, $"There is no file {file}.", "Make a key: ssh-keygen -t ed25519");
    }
}
