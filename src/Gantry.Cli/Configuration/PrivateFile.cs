using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Gantry.Cli.Configuration;

/// <summary>A JSON file that only its owner may read, replaced whole so that no reader ever sees half of it.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new CliError(ExitCode.Configuration, $"{path} is damaged: {e.Message}", $"Remove it and log in again: rm {path} && gantry login", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CliError(ExitCode.Configuration, $"{path} cannot be read: {e.Message}", $"Give it back to yourself: sudo chown $USER {path}", e);
        }
    }

    public static void Write<T>(string path, T value, JsonTypeInfo<T> type)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerOnly | UnixFileMode.UserExecute);
            var temporary = $"{path}.{Environment.ProcessId}";
            using (var stream = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = OwnerOnly,
            }))
                JsonSerializer.Serialize(stream, value, type);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliError(ExitCode.CannotWrite, $"{path} cannot be written: {e.Message}",
                "Another folder can be given: export GANTRY_CONFIG_DIR=…", e);
        }
    }
}
