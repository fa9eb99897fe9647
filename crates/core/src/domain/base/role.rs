//! The roles that people hold in a file (domain 2).

use super::choice::choice;

choice! {
    /// A role, which decides what a person may do. A person may hold several roles.
    pub enum Role {
        /// Enters feedback and problem reports.
        Reporter = "reporter", "Reporter";
        /// Receives feedback and answers reporters.
        Support = "support", "Support";
        /// Leads development: investigates, analyses, approves changes.
        DevLead = "dev_lead", "Development lead";
        /// Carries out approved changes.
        Developer = "developer", "Developer";
        /// Verifies changes and resolutions.
        Tester = "tester", "Tester";
        /// Assesses effects on safety (ISO 14971).
        RiskManager = "risk_manager", "Risk manager";
        /// Assesses effects on security (IEC 81001-5-1).
        SecurityLead = "security_lead", "Security lead";
        /// Regulatory affairs, and the person responsible for regulatory compliance (PRRC).
        Regulatory = "regulatory", "Regulatory affairs";
        /// Quality management.
        Quality = "quality", "Quality manager";
        /// Builds and releases versions.
        ReleaseManager = "release_manager", "Release manager";
        /// Management of the manufacturer.
        Management = "management", "Management";
        /// Manages accounts and backups only; no authority over records.
        SysAdmin = "sys_admin", "System administrator";
        /// Reads everything, changes nothing.
        Auditor = "auditor", "Auditor";
    }
}

impl Role {
    /// Every role that may enter and discuss records: all but the administrator and the auditor.
    pub const EVERYONE: &'static [Self] = &[
        Self::Reporter,
        Self::Support,
        Self::DevLead,
        Self::Developer,
        Self::Tester,
        Self::RiskManager,
        Self::SecurityLead,
        Self::Regulatory,
        Self::Quality,
        Self::ReleaseManager,
        Self::Management,
    ];
}
