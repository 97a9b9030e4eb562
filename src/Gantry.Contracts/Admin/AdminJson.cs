using System.Text.Json.Serialization;

namespace Gantry.Contracts.Admin;

/// <summary>Serialization of the admin wire types; the admin API also uses v1 types, see <see cref="V1.V1Json"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AdminUsersReply))]
[JsonSerializable(typeof(AdminUserReply))]
[JsonSerializable(typeof(AdminCreateUserRequest))]
[JsonSerializable(typeof(AdminStackReply))]
[JsonSerializable(typeof(AdminStacksReply))]
[JsonSerializable(typeof(AdminImportStackRequest))]
[JsonSerializable(typeof(AdminBandwidthRequest))]
[JsonSerializable(typeof(AdminBandwidthReply))]
[JsonSerializable(typeof(HostsReply))]
[JsonSerializable(typeof(HostReply))]
[JsonSerializable(typeof(ChangeHostRequest))]
[JsonSerializable(typeof(DrainHostRequest))]
[JsonSerializable(typeof(DrainReply))]
[JsonSerializable(typeof(CreateJoinTokenRequest))]
[JsonSerializable(typeof(JoinTokenReply))]
[JsonSerializable(typeof(HotspotsReply))]
[JsonSerializable(typeof(PlacementReply))]
[JsonSerializable(typeof(RepackingReply))]
[JsonSerializable(typeof(BeginRepackingRequest))]
[JsonSerializable(typeof(ChangeRepackingRequest))]
[JsonSerializable(typeof(RepackingProgressReply))]
[JsonSerializable(typeof(DoctorReply))]
[JsonSerializable(typeof(SecurityReply))]
[JsonSerializable(typeof(UsageReply))]
public sealed partial class AdminJson : JsonSerializerContext;
