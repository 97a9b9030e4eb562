using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Gantry.Architecture.Tests;

/// <summary>What keeps the house readable.</summary>
public sealed partial class ReadabilityTests
{
    private const int MaxLines = 400;

    /// <summary>Folders whose public types are contracts between rooms.</summary>
    private static readonly string[] _ports =
    [
        "src/Gantry.Store/Records", "src/Gantry.Store/Blobs", "src/Gantry.Bus", "src/Gantry.Coordination", "src/Gantry.Router", "src/Gantry.Build",
        "src/Gantry.Agent/Runtime", "src/Gantry.Agent/Logs", "src/Gantry.Agent/Images",
    ];

    /// <summary>Time that passes is the subject of these tests, not a guess at how long something takes.</summary>
    private static readonly HashSet<string> _timeIsTheSubject =
    [
        "Pump_KilledTwentyTimes_LosesAndDoublesNothing", // kills at random moments
        "Target_ClosesBeforeAnyByteOfTheAnswer_AGetGoesToAnotherAndAPostDoesNot", // outlasts the quarantine
        "FirstByte_SlowUpload_DoesNotCountAgainstTheApp", // uploads slowly
        "AHead_InSmallPieces_IsUnderstood_AndHttpStillWorksBeside", // sends the pieces apart
        "Run_Interrupted_StopsTheOneOff", // a platform that does not answer
    ];

    [Fact]
    public void Files_OfTheProduct_AreShort() => Rule.Holds(
        from file in SourceTree.Sources.Concat(SourceTree.Tests)
        where file.Text.Count(c => c == '\n') > MaxLines
        select $"{file} is longer than {MaxLines} lines: split it by concern.");

    [Fact]
    public void Contract_Public_SaysWhatItIs() => Rule.Holds(
        from file in SourceTree.Sources
        where file.Path.StartsWith("src/Gantry.Domain/", StringComparison.Ordinal) || _ports.Contains(file.Folder)
        from type in file.All<MemberDeclarationSyntax>()
        where type is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax
        where type.Modifiers.Any(SyntaxKind.PublicKeyword)
        where !type.GetLeadingTrivia().ToFullString().Contains("<summary>", StringComparison.Ordinal)
        select $"{file}: a public type has no summary: {FirstLine(type)}");

    [Fact]
    public void Tests_Named_SaySubjectConditionAndOutcome() => Rule.Holds(
        from file in SourceTree.Tests
        from method in TestMethods(file)
        where !TestName().IsMatch(method.Identifier.Text)
        select $"{file}: {method.Identifier.Text} is not of the form Subject_Condition_Outcome.");

    [Fact]
    public void Tests_ThatWait_WaitOnConditions() => Rule.Holds(
        from file in SourceTree.Tests
        from method in TestMethods(file)
        where Sleep().IsMatch(method.ToString()) && !_timeIsTheSubject.Contains(method.Identifier.Text)
        select $"{file}: {method.Identifier.Text} sleeps: wait on a condition with a deadline, in a helper.");

    [Fact]
    public void Failures_Caught_AreNeverDroppedSilently() => Rule.Holds(
        from file in SourceTree.Sources
        from caught in file.All<CatchClauseSyntax>()
        where caught.Block.Statements.Count == 0 && !caught.Block.ToString().Contains("//", StringComparison.Ordinal)
        select $"{file}: an empty catch does not say why: {FirstLine(caught)}");

    private static IEnumerable<MethodDeclarationSyntax> TestMethods(SourceFile file) =>
        file.All<MethodDeclarationSyntax>().Where(m => m.AttributeLists.SelectMany(l => l.Attributes).Any(a => a.Name.ToString() is "Fact" or "Theory"));

    private static string FirstLine(SyntaxNode node) => node.ToString().Split('\n')[0];

    /// <summary>Subject_Condition_Outcome; a subject may carry its condition (ForkBomb_IsContained), a condition may have two parts.</summary>
    [GeneratedRegex("^[A-Z][A-Za-z0-9]*(_[A-Z0-9][A-Za-z0-9]*){1,3}$")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\bTask\.Delay\((?!Timeout\.Infinite)|\bThread\.Sleep\(")]
    private static partial Regex Sleep();
}
